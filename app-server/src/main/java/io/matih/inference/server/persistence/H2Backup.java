package io.matih.inference.server.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

import javax.sql.DataSource;

/// Copies an open H2 database into a zip file that holds `matih.mv.db`. To restore, stop the server
/// and put that file into the database folder; the password stays as it is.
final class H2Backup {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path backups;
    private final Clock clock;

    H2Backup(Path backups, Clock clock) {
        this.backups = backups;
        this.clock = clock;
    }

    /// @param version the schema's version, for the backup's name
    /// @return the backup, complete and on disk
    Path write(DataSource dataSource, String version) throws IOException, SQLException {
        OwnerOnly.folder(backups);
        var backup =
                backups.resolve(
                        "matih-schema-%s-%s.zip".formatted(version, STAMP.format(clock.instant())));
        var half = backup.resolveSibling(backup.getFileName() + ".part");
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("BACKUP TO ?")) {
            statement.setString(1, half.toString());
            statement.execute();
        }
        OwnerOnly.tightenFile(half);
        OwnerOnly.sync(half);
        OwnerOnly.move(half, backup);
        return backup;
    }
}
