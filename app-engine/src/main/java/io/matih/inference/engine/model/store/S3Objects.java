package io.matih.inference.engine.model.store;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// One object and those beside it, or all below a prefix, until the deadline.
final class S3Objects implements SourceFiles {
    private final S3Client client;
    private final S3Location location;
    private final Deadline deadline;

    S3Objects(S3Client client, S3Location location, Deadline deadline) {
        this.client = client;
        this.location = location;
        this.deadline = deadline;
    }

    @Override
    public boolean isFolder() {
        return location.isFolder();
    }

    @Override
    public List<String> names() {
        return isFolder() ? list() : List.of(location.lastName());
    }

    /// One more than is allowed at most, so that a server that never ends its list is found out.
    private List<String> list() {
        var names = new ArrayList<String>();
        String next = null;
        do {
            var token = next;
            var page =
                    ask(() -> client.listObjectsV2(listRequest(token))).orElseThrow(this::refused);
            for (var object : page.contents()) {
                if (!isFolderMarker(object)) {
                    names.add(object.key().substring(location.prefix().length()));
                }
            }
            next = page.nextContinuationToken();
        } while (next != null && names.size() <= StoreLimits.MAX_FILES);
        return names;
    }

    private ListObjectsV2Request listRequest(@Nullable String token) {
        return ListObjectsV2Request.builder()
                .bucket(location.bucket())
                .prefix(location.prefix())
                .continuationToken(token)
                .overrideConfiguration(untilDeadline())
                .build();
    }

    /// The console of some servers makes an empty object for a folder; a key outside the prefix is
    /// no answer to what was asked.
    private boolean isFolderMarker(S3Object object) {
        return object.key().endsWith("/") || !object.key().startsWith(location.prefix());
    }

    @Override
    public Optional<Content> open(String name) {
        var request =
                GetObjectRequest.builder()
                        .bucket(location.bucket())
                        .key(location.prefix() + name)
                        .overrideConfiguration(untilDeadline())
                        .build();
        return ask(() -> client.getObject(request))
                .map(
                        body ->
                                new Content(
                                        new S3Body(body, deadline),
                                        body.response().contentLength()));
    }

    private AwsRequestOverrideConfiguration untilDeadline() {
        if (deadline.passed()) {
            throw S3Body.late();
        }
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(Duration.ofNanos(Math.max(1, deadline.remainingNanos())))
                .build();
    }

    /// Empty where the server says that there is nothing, or nothing for us.
    private <T> Optional<T> ask(Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (AwsServiceException e) {
            if (e.statusCode() == 404 || e.statusCode() == 403) {
                return Optional.empty();
            }
            throw answered(e);
        } catch (SdkException e) {
            throw failed(e);
        }
    }

    private static ServingException answered(AwsServiceException e) {
        return e.statusCode() / 100 == 3
                ? new ServingException(
                        ErrorCode.URL_NOT_ALLOWED,
                        "the S3 server answers with a redirect, which is not followed",
                        e)
                : new ServingException(
                        ErrorCode.SOURCE_UNAVAILABLE,
                        "the S3 server answers with status %d".formatted(e.statusCode()),
                        e);
    }

    private ServingException failed(SdkException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServingException ours) {
                return ours;
            }
        }
        return deadline.passed()
                ? S3Body.late()
                : new ServingException(
                        ErrorCode.SOURCE_UNAVAILABLE, "the S3 server cannot be reached", e);
    }

    @Override
    public ServingException refused() {
        return new ServingException(
                ErrorCode.SOURCE_UNAVAILABLE,
                "'%s' is not there, or may not be read"
                        .formatted(ServingException.clip(location.toString())));
    }
}
