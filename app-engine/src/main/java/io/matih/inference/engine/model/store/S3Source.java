package io.matih.inference.engine.model.store;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

import java.time.Duration;

/// Objects in the allow-listed buckets. The client follows no redirects, to another host or region,
/// and takes no proxy from its surroundings, which would look names up in our place.
final class S3Source implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration READ = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 3;

    private final StoreRoots roots;
    private final S3Client client;
    private final Duration fetchTimeout;

    S3Source(
            StoreRoots roots,
            S3Settings settings,
            Duration fetchTimeout,
            EndpointGuard.Names names) {
        this.roots = roots;
        this.fetchTimeout = fetchTimeout;
        this.client = client(settings, fetchTimeout, names);
    }

    private static S3Client client(
            S3Settings settings, Duration fetchTimeout, EndpointGuard.Names names) {
        var direct =
                ProxyConfiguration.builder()
                        .useSystemPropertyValues(false)
                        .useEnvironmentVariableValues(false)
                        .build();
        var http =
                Apache5HttpClient.builder()
                        .dnsResolver(new EndpointGuard(settings.endpoint(), names))
                        .proxyConfiguration(direct)
                        .connectionTimeout(CONNECT)
                        .socketTimeout(READ.compareTo(fetchTimeout) < 0 ? READ : fetchTimeout);
        var retries =
                AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(ATTEMPTS).build();
        var builder =
                S3Client.builder()
                        .region(Region.of(settings.region()))
                        .forcePathStyle(settings.pathStyle())
                        .crossRegionAccessEnabled(false)
                        .credentialsProvider(credentials(settings))
                        .httpClientBuilder(http)
                        .overrideConfiguration(
                                configuration -> configuration.retryStrategy(retries));
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(S3Settings settings) {
        return settings.accessKey() == null || settings.secretKey() == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(settings.accessKey(), settings.secretKey()));
    }

    /// @throws ServingException `PATH_NOT_ALLOWED`, before anything is sent
    SourceFiles open(S3Location location) {
        if (!roots.allows(location)) {
            throw notAllowed(location);
        }
        return new S3Objects(client, location, Deadline.after(fetchTimeout));
    }

    static ServingException notAllowed(S3Location location) {
        return new ServingException(
                ErrorCode.PATH_NOT_ALLOWED,
                "source.uri '%s' lies in no bucket and prefix that is a store root"
                        .formatted(ServingException.clip(location.toString())));
    }

    @Override
    public void close() {
        client.close();
    }
}
