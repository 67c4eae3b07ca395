package io.matih.inference.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

class GpusTest {
    @TempDir private Path folder;

    /// NVML's place is taken by a library with its functions, compiled here where there is a C
    /// compiler.
    private Path standIn() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/cc")), "needs a C compiler");
        var source = folder.resolve("nvml.c");
        try (var in = GpusTest.class.getResourceAsStream("/nvml/stand-in.c")) {
            Files.copy(Objects.requireNonNull(in), source);
        }
        var library = folder.resolve("libnvml-stand-in.so");
        var compiler =
                new ProcessBuilder(
                                "/usr/bin/cc",
                                "-shared",
                                "-fPIC",
                                "-o",
                                library.toString(),
                                source.toString())
                        .inheritIO()
                        .start();
        assertThat(compiler.waitFor()).isZero();
        return library;
    }

    @Test
    void everyGpuIsReadByTheDriversFunctions() throws Exception {
        try (var gpus = Gpus.open(standIn().toString()).orElseThrow()) {
            long gib = 1L << 30;
            assertThat(gpus.readings())
                    .isEqualTo(
                            List.of(
                                    new GpuReading(
                                            "GPU-one",
                                            0.25,
                                            50 * gib,
                                            80 * gib,
                                            123.456,
                                            700.0,
                                            5_000_000_000.5),
                                    new GpuReading(
                                            "GPU-two", 1.0, 50 * gib, 80 * gib, 123.456, 700.0,
                                            null)));
        }
    }

    @Test
    void withoutADriverThereAreNone() {
        assertThat(Gpus.open("libnvidia-ml-that-is-not-there.so.1")).isEmpty();
    }
}
