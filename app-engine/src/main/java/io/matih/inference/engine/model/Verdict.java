package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;

import java.util.List;

/// What the examination of one artifact by one runtime came to.
public sealed interface Verdict {
    /// It can be served.
    record Accepted(ModelMetadata metadata) implements Verdict {}

    /// It cannot, ever.
    record Refused(ErrorCode code, String message, List<ErrorDetail> details) implements Verdict {}
}
