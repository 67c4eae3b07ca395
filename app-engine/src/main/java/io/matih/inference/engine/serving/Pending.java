package io.matih.inference.engine.serving;

/// A request that was let in and is not answered yet. Any thread.
public interface Pending {
    /// Starts what is ready, this request or others that wait for the same model: on this thread
    /// where that takes no longer than some hundred microseconds. Must be called once at least,
    /// soon; a thread that lets in several requests does so after the last, so that they can leave
    /// together.
    void start();

    /// Nobody waits for the answer any more.
    void cancel();
}
