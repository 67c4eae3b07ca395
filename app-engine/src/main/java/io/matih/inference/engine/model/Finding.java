package io.matih.inference.engine.model;

/// Something about a model that its operator should know though it does not stop the deploy.
///
/// @param code stable name, such as `EXTERNAL_DATA` or `NON_TENSOR_OUTPUT`
/// @param message one sentence that names the thing
public record Finding(Severity severity, String code, String message) {
    /// How much it matters.
    public enum Severity {
        INFO,
        WARNING
    }
}
