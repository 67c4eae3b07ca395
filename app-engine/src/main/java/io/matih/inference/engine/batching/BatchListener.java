package io.matih.inference.engine.batching;

/// Told of every execution. Any thread that executes; must be quick.
public interface BatchListener {
    BatchListener NONE = _ -> {};

    void executed(Executed batch);

    /// @param requests members, whether or not they were still wanted
    /// @param rows of all members, padding not included
    /// @param oldestQueueNanos how long the member that came first had waited
    /// @param inputNanos copying inputs, here and below 0 where the execution failed
    /// @param computeNanos the runtime's own run
    /// @param outputNanos copying outputs
    /// @param failed whether the execution failed as a whole
    record Executed(
            int requests,
            int rows,
            LeaveReason reason,
            long oldestQueueNanos,
            long inputNanos,
            long computeNanos,
            long outputNanos,
            boolean failed) {}
}
