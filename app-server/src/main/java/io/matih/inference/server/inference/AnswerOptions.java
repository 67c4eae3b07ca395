package io.matih.inference.server.inference;

import org.jspecify.annotations.Nullable;

/// How the answer to one request is to look.
///
/// @param rows how many `instances` there were; absent where the request had `inputs`
/// @param nonFiniteAsStrings whether NaN and the infinities may stand in JSON as strings
/// @param binary which outputs go out in binary
public record AnswerOptions(
        @Nullable Integer rows, boolean nonFiniteAsStrings, BinaryOutputs binary) {}
