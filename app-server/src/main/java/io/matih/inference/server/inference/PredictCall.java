package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceRequest;

/// A decoded predict request: what the engine is to do, and how the answer is to look.
public record PredictCall(InferenceRequest request, AnswerOptions options) {}
