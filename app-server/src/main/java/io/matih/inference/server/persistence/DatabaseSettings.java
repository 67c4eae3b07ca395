package io.matih.inference.server.persistence;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/// Where the database is.
///
/// @param dataFolder holds the database where `url` is absent, and the backups
/// @param url a `jdbc:postgresql:` URL; absent: an H2 file in the data folder
/// @param user overrides the URL's user
/// @param password overrides the URL's password
public record DatabaseSettings(
        Path dataFolder, @Nullable String url, @Nullable String user, @Nullable String password) {
    public DatabaseSettings(Path dataFolder) {
        this(dataFolder, null, null, null);
    }

    /// Without the secrets, which a URL may hold too.
    @Override
    public String toString() {
        return url == null ? "H2 in the data folder" : withoutParameters(url);
    }

    static String withoutParameters(String url) {
        int parameters = url.indexOf('?');
        var address = parameters < 0 ? url : url.substring(0, parameters);
        return address.replaceFirst("//[^/@]*@", "//");
    }
}
