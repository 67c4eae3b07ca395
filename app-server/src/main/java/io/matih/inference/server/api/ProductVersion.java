package io.matih.inference.server.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/// The product's version, as the build wrote it into the jar.
public final class ProductVersion {
    private static final String RESOURCE =
            "/META-INF/maven/io.matih.inference/app-server/pom.properties";

    private ProductVersion() {}

    /// Empty for classes that were never packaged.
    public static Optional<String> number() {
        try (var resource = ProductVersion.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                return Optional.empty();
            }
            var properties = new Properties();
            properties.load(resource);
            return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
