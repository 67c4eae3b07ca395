package io.matih.inference.server;

import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeBackend;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.cli.MatihCommand;
import io.matih.inference.server.cli.Program;
import io.matih.inference.server.cli.RunningServer;
import io.matih.inference.server.persistence.DatabaseStartException;
import io.matih.inference.server.security.BindRefusedException;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsException;
import java.util.Objects;

/// What the launcher starts.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(
                MatihCommand.run(
                        new Program(Main::start, OnnxRuntimeBackend::probeProviders), arguments));
    }

    /// Says in the command line's terms what the parts of the server say in theirs.
    private static RunningServer start(Settings settings) {
        try {
            return ServingServer.start(settings);
        } catch (BindRefusedException e) {
            throw new SettingsException(Objects.requireNonNull(e.getMessage()), e);
        } catch (DatabaseStartException e) {
            throw switch (e.reason()) {
                case STORE_LOCKED, DATABASE_UNAVAILABLE ->
                        new ServingException(ErrorCode.STORAGE_FAILED, e.getMessage(), e);
                case DATABASE_REFUSED,
                        DATABASE_DAMAGED,
                        SCHEMA_NEWER,
                        SCHEMA_BROKEN,
                        WEAK_FILE_MODE,
                        FOLDER_UNUSABLE ->
                        new SettingsException(e.getMessage(), e);
            };
        }
    }
}
