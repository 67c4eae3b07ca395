package io.matih.inference.engine.model.store;

import org.jspecify.annotations.Nullable;

import java.net.URI;

/// How to reach the S3-compatible server.
///
/// @param endpoint where it is; absent: AWS itself, by region
/// @param pathStyle `endpoint/bucket/key` rather than `bucket.endpoint/key`
/// @param accessKey with `secretKey`; absent: the AWS default chain (environment, profile, role)
public record S3Settings(
        @Nullable URI endpoint,
        String region,
        boolean pathStyle,
        @Nullable String accessKey,
        @Nullable String secretKey) {
    public S3Settings {
        if ((accessKey == null) != (secretKey == null)) {
            throw new IllegalArgumentException("S3 takes both an access key and a secret key");
        }
        if (endpoint != null && !isHttp(endpoint)) {
            throw new IllegalArgumentException(
                    "the S3 endpoint is not http://host[:port] or https://host[:port]: "
                            + endpoint);
        }
    }

    private static boolean isHttp(URI endpoint) {
        return ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
                && endpoint.getHost() != null
                && endpoint.getUserInfo() == null;
    }

    /// Leaves the secret out: records end up in logs.
    @Override
    public String toString() {
        return "S3Settings[endpoint=%s, region=%s, pathStyle=%s]"
                .formatted(endpoint, region, pathStyle);
    }
}
