package io.matih.inference.server.cli;

import io.matih.inference.server.api.ProductVersion;

/// The product and its version, for people.
final class Version {
    private Version() {}

    static String text() {
        return "MATIH Inference"
                + ProductVersion.number().map(n -> " " + n).orElse(", not packaged");
    }
}
