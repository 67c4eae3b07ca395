package io.matih.inference.server.api;

import java.util.List;

/// Answer of `GET /api/v1/inference/backends`: runtimes, and what they can use on this machine.
public record BackendList(List<Backend> backends) {
    /// A runtime.
    public record Backend(String name, List<String> formats, List<Provider> providers) {}

    /// An execution provider.
    ///
    /// @param builtIn whether this program contains it
    /// @param usable whether a real session ran on it here
    /// @param reason why it is not usable, or what it found
    public record Provider(String name, boolean builtIn, boolean usable, String reason) {}
}
