package io.matih.inference.server.cli;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsException;

/// Starts the server that `matih serve` is.
@FunctionalInterface
public interface ServerStarter {
    /// Returns when the server serves.
    ///
    /// @throws SettingsException what an operator has to correct; the process ends with 78
    /// @throws ServingException `STORAGE_FAILED`, `BACKEND_UNAVAILABLE` or `SOURCE_UNAVAILABLE`
    ///   where something it needs is not there; the process ends with 69
    RunningServer start(Settings settings);
}
