package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.engine.model.StagedModel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A store over one root folder, with everything it needs below a test's own folder.
final class StoreFixture implements AutoCloseable {
    static final long MAX_BYTES = 4 << 20;

    final Path root;
    final Uploads uploads;
    final FolderModelRepository repository;
    private final UriModelStore store;

    StoreFixture(Path folder, String... companions) {
        this(folder, MAX_BYTES, null, List.of(), Duration.ofSeconds(30), companions);
    }

    StoreFixture(
            Path folder,
            long maxBytes,
            @Nullable S3Settings s3,
            List<String> buckets,
            Duration timeout,
            String... companions) {
        this(folder, maxBytes, s3, buckets, timeout, EndpointGuard.Names.SYSTEM, companions);
    }

    StoreFixture(
            Path folder,
            long maxBytes,
            @Nullable S3Settings s3,
            List<String> buckets,
            Duration timeout,
            EndpointGuard.Names names,
            String... companions) {
        try {
            root = Files.createDirectories(folder.resolve("root")).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var roots = new ArrayList<>(buckets);
        roots.add(root.toString());
        uploads = new Uploads(folder.resolve("uploads"), maxBytes);
        repository = new FolderModelRepository(folder.resolve("repository"));
        store =
                new UriModelStore(
                        StoreRoots.of(roots),
                        s3,
                        uploads,
                        repository.staging(),
                        _ -> Set.of(companions),
                        (_, _) -> Optional.empty(),
                        new StoreLimits(maxBytes, timeout),
                        names);
    }

    StagedModel fetch(String uri) {
        return store.fetch(new ModelSource(uri, null, null));
    }

    StagedModel fetch(ModelSource source) {
        return store.fetch(source);
    }

    /// The refusal, having checked that nothing is left of the try.
    ServingException refusal(String uri, ErrorCode code) {
        return refusal(new ModelSource(uri, null, null), code);
    }

    ServingException refusal(ModelSource source, ErrorCode code) {
        var refusal =
                catchThrowableOfType(
                        ServingException.class,
                        () -> {
                            try (var staged = store.fetch(source)) {
                                throw new AssertionError("fetched " + staged.artifact());
                            }
                        });
        assertThat(refusal).as(source.uri()).isNotNull();
        assertThat(refusal.code()).as(source.uri() + ": " + refusal).isEqualTo(code);
        assertThat(refusal.getMessage())
                .doesNotContain(repository.staging().toString())
                .doesNotContain("java.");
        assertThat(repository.staging()).isEmptyDirectory();
        return refusal;
    }

    Path write(String name, String content) {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Path write(String name, byte[] content) {
        try {
            var file = root.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
