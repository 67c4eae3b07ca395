package io.matih.inference.engine.batching;

import io.matih.inference.engine.tensor.Tensor;

import java.util.List;

/// What a request came to.
///
/// @param outputs in the model's order
/// @param queueNanos waiting for company and for an instance
/// @param inputNanos copying the batch's inputs to the runtime
/// @param computeNanos the runtime's own run
/// @param outputNanos copying the batch's outputs back
/// @param batchRows rows of the batch that the request left in, its own included
/// @param reason why that batch left
public record Answer(
        List<Tensor> outputs,
        long queueNanos,
        long inputNanos,
        long computeNanos,
        long outputNanos,
        int batchRows,
        LeaveReason reason) {}
