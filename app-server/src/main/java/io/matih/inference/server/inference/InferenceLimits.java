package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Shape;

import java.time.Duration;

/// What a request may hold, whatever model it is for.
///
/// @param maxDepth arrays and objects inside each other
/// @param maxNumberLength characters of a number
/// @param maxStringLength characters of a string
/// @param maxNameLength bytes of a field's name, characters of a tensor's
/// @param maxTensors entries of `inputs`, and of `outputs`
/// @param maxParameters parameters of one request that have no meaning here
/// @param maxRank axes of a tensor
/// @param maxElements elements of a tensor
/// @param maxClasses classes that an output's `classification` may ask for
/// @param maxTimeout the longest `timeout`
public record InferenceLimits(
        int maxDepth,
        int maxNumberLength,
        int maxStringLength,
        int maxNameLength,
        int maxTensors,
        int maxParameters,
        int maxRank,
        long maxElements,
        int maxClasses,
        Duration maxTimeout) {
    /// Characters of a request's `id`.
    public static final int MAX_ID_LENGTH = 256;

    public static final InferenceLimits DEFAULT =
            new InferenceLimits(
                    64,
                    100,
                    16 << 20,
                    1024,
                    256,
                    256,
                    Shape.MAX_RANK,
                    1L << 26,
                    100_000,
                    Duration.ofHours(1));
}
