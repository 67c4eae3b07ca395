package io.matih.inference.server.persistence;

import static io.matih.inference.engine.deployment.StoreSamples.deploy;
import static io.matih.inference.engine.deployment.StoreSamples.deployment;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import io.matih.inference.engine.deployment.DeploymentStore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// The program that the kill test kills: deploys and undeploys without end, and says each change
/// once the store has taken it.
final class CommitLoop {
    static final List<String> NAMES = IntStream.range(0, 3).mapToObj(i -> "m" + i).toList();
    private static final int UNDEPLOY_EVERY = 4;

    private CommitLoop() {}

    public static void main(String[] arguments) {
        try (var database = Database.open(new DatabaseSettings(Path.of(arguments[0])))) {
            var store = new JdbiDeploymentStore(database);
            while (!System.out.checkError()) {
                NAMES.forEach(name -> acknowledge(name, change(store, name)));
            }
        }
    }

    /// A round of the loop in a process of its own; its output is the acknowledgements.
    static Process start(Path data, Path scratch) throws IOException {
        var arguments = scratch.resolve("arguments");
        Files.writeString(arguments, "-cp \"%s\"".formatted(System.getProperty("java.class.path")));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "@" + arguments,
                        CommitLoop.class.getName(),
                        data.toString())
                .redirectError(scratch.resolve("errors").toFile())
                .start();
    }

    private static long change(DeploymentStore store, String name) {
        long number = store.lastRevision(name) + 1;
        if (number % UNDEPLOY_EVERY == 0) {
            store.undeployed(undeploy(name, number));
        } else {
            var version = version(name, (int) number, (int) number);
            store.deployed(version, deployment(version, number), deploy(version, number));
        }
        return number;
    }

    private static void acknowledge(String name, long number) {
        System.out.println("ack " + name + " " + number);
        System.out.flush();
    }
}
