package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Tensor;

import java.util.List;

/// What `instances` come to.
///
/// @param inputs one tensor for each input given, its first axis `count` long
record Rows(List<Tensor> inputs, int count) {}
