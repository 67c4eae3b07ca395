package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.zoo.Zoo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What can only be seen from outside the process.
@Timeout(120)
class NewProcessTest {
    @TempDir Path folder;

    @Test
    void aLongCommandLineLoadsTheRuntimeAndLeavesNothingInTheUsersFolder() throws Exception {
        var home = Files.createDirectory(folder.resolve("home"));
        var padding = "x".repeat(6000);
        var command = java(Loading.class, List.of("-Duser.home=" + home), padding);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        builder.environment().remove("XDG_CACHE_HOME");
        builder.environment().remove("ORT_DISABLE_TELEMETRY");
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).isEqualTo("loaded");
        try (var left = Files.walk(home)) {
            assertThat(left).containsExactly(home);
        }
    }

    @Test
    void theExaminingProcessGoesWithItsParent() throws Exception {
        var model = Zoo.artifact("slow_fixed", folder).modelPath().toString();
        // It reads the end of its parent's life line before it could have a verdict.
        var process =
                new ProcessBuilder(java(LoadProbe.class, List.of(), model, "1"))
                        .redirectInput(Redirect.from(folder.resolve("nothing").toFile()))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD);
        Files.createFile(folder.resolve("nothing"));
        var child = process.start();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(75);
    }

    private static List<String> java(Class<?> program, List<String> options, String... arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) throws InterruptedException {
            // The thread stack on which the crash of other releases was seen.
            var thread =
                    new Thread(
                            null,
                            () -> {
                                var usable =
                                        new Providers(new Sessions())
                                                .report(Provider.CPU, 0)
                                                .usable();
                                System.out.print(usable ? "loaded" : "not usable");
                            },
                            "small",
                            512 << 10);
            thread.start();
            thread.join();
        }
    }
}
