package io.matih.inference.server.cli;

import java.io.IOException;
import java.util.Properties;

/// The product's version, as the build wrote it into the jar.
final class Version {
    private static final String RESOURCE =
            "/META-INF/maven/io.matih.inference/app-server/pom.properties";

    private Version() {}

    static String text() {
        try (var resource = Version.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                return "MATIH Inference, not packaged";
            }
            var properties = new Properties();
            properties.load(resource);
            return "MATIH Inference " + properties.getProperty("version", "");
        } catch (IOException e) {
            return "MATIH Inference";
        }
    }
}
