package io.matih.inference.server;

import java.util.Collections;

/// Requests for the zoo's `slow`, which answers its input after as many rounds of useless work as
/// the request says.
public final class SlowModel {
    /// Hours of work.
    public static final long ENDLESS = 100_000_000;

    public static final String NAME = "slow";

    private static final int COLUMNS = 256;
    private static final long TRIAL_ROUNDS = 200;
    private static final int TRIALS = 3;

    private SlowModel() {}

    public static String request(long rounds, int x) {
        return request(rounds, x, "\"timeout\":300000000");
    }

    /// @param parameters fields of the request's `parameters`
    public static String request(long rounds, int x, String parameters) {
        return """
               {"model":"slow","inputs":[{"name":"x","datatype":"FP32","shape":[1,%d],"data":[%s]},
               {"name":"iterations","datatype":"INT64","shape":[1],"data":[%d]}],"parameters":{%s}}"""
                .formatted(
                        COLUMNS,
                        String.join(",", Collections.nCopies(COLUMNS, Integer.toString(x))),
                        rounds,
                        parameters);
    }

    /// Rounds that take about so long on this machine, now.
    public static long rounds(TestServer server, long millis) {
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < TRIALS; i++) {
            long begun = System.nanoTime();
            server.predict(request(TRIAL_ROUNDS, 0));
            quickest = Math.min(quickest, System.nanoTime() - begun);
        }
        return millis * 1_000_000 * TRIAL_ROUNDS / quickest;
    }

    /// Whether an instance executes it now, there being no other model.
    public static boolean runs(TestServer server) {
        return server.metric("matih_native_tensors") > 0;
    }

    public static int queueDepth(TestServer server) {
        return server.get(TestServer.API + "/deployments/" + NAME)
                .json()
                .get("queue_depth")
                .intValue();
    }
}
