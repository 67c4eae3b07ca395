package io.matih.inference.server.cli;

import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;

import java.sql.DriverManager;
import java.sql.SQLException;

/// Whether the database can be reached. An H2 file belongs to one process and is the data folder's
/// matter; only a server elsewhere is asked.
final class DatabaseCheck {
    private static final String SUBJECT = "database";
    private static final int TIMEOUT_SECONDS = 5;

    private DatabaseCheck() {}

    static Finding of(Settings settings) {
        var url =
                settings.find(SettingKeys.DATABASE_URL)
                        .filter(u -> u.startsWith("jdbc:postgresql:"));
        if (url.isEmpty()) {
            return Finding.ok(SUBJECT, "an H2 file in the data folder");
        }
        DriverManager.setLoginTimeout(TIMEOUT_SECONDS);
        try (var connection = DriverManager.getConnection(url.get())) {
            var server = connection.getMetaData();
            return Finding.ok(
                    SUBJECT,
                    "%s %s"
                            .formatted(
                                    server.getDatabaseProductName(),
                                    server.getDatabaseProductVersion()));
        } catch (SQLException e) {
            return Finding.broken(
                    SUBJECT,
                    "cannot connect: " + e.getMessage(),
                    "check database.url, and that the server runs and lets this user in");
        }
    }
}
