package io.matih.inference.server.settings;

import java.util.Objects;

/// A configuration that cannot be used: one line that names the setting, its value, where it came
/// from and what is allowed. The program ends with exit code 78.
public final class SettingsException extends RuntimeException {
    public SettingsException(String message) {
        super(message);
    }

    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
