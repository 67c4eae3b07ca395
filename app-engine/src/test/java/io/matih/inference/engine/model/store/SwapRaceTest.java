package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicBoolean;

class SwapRaceTest {
    private static final int ROUNDS = 300;

    @TempDir Path temp;

    @Test
    void aFileSwappedUnderWayIsLoadedByItsOwnDigestOrNotAtAll() throws Exception {
        var good = new byte[300_000];
        var bad = new byte[300_000];
        Arrays.fill(bad, (byte) 7);
        var secret = Files.write(temp.resolve("secret.onnx"), new byte[] {1, 2, 3});
        var stop = new AtomicBoolean();
        try (var store = new StoreFixture(temp)) {
            var target = store.write("m.onnx", good);
            var swapper = Thread.ofPlatform().start(() -> swap(target, secret, good, bad, stop));
            var seen = EnumSet.noneOf(ErrorCode.class);
            int loaded = 0;
            for (int round = 0; round < ROUNDS; round++) {
                var wanted = new ModelSource("m.onnx", StoreFixture.sha256(good), null);
                try (var staged = store.fetch(wanted)) {
                    assertThat(staged.artifact().modelPath()).hasBinaryContent(good);
                    loaded++;
                } catch (ServingException e) {
                    seen.add(e.code());
                }
            }
            stop.set(true);
            swapper.join();
            assertThat(loaded).isPositive();
            assertThat(seen)
                    .contains(ErrorCode.DIGEST_MISMATCH)
                    .isSubsetOf(ErrorCode.DIGEST_MISMATCH, ErrorCode.PATH_NOT_ALLOWED);
            assertThat(store.repository.staging()).isEmptyDirectory();
        }
    }

    private static void swap(
            Path target, Path secret, byte[] good, byte[] bad, AtomicBoolean stop) {
        var other = target.resolveSibling("next");
        try {
            for (int i = 0; !stop.get(); i++) {
                switch (i % 4) {
                    case 0 -> Files.write(other, good);
                    case 1 -> Files.write(other, bad);
                    case 2 -> Files.createSymbolicLink(other, secret);
                    default -> Files.write(other, bad);
                }
                Files.move(other, target, StandardCopyOption.ATOMIC_MOVE);
                if (i % 4 == 0) {
                    Files.write(target, bad); // in place, while it is being copied
                    Files.write(target, good);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
