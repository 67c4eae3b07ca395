package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/// The Open Inference Protocol's tensors in JSON, whatever call they are part of. Any thread.
public final class JsonTensors {
    private final InferenceLimits limits;

    public JsonTensors(InferenceLimits limits) {
        this.limits = limits;
    }

    /// Reads the array `inputs`.
    ///
    /// @param in stands at the array, and afterwards at its end
    /// @param nonFinite remembers `"NaN"` and the like, for the caller to allow or refuse
    /// @param binary gives the data of tensors that are not in JSON
    /// @throws ServingException `MALFORMED_REQUEST`, `INVALID_SHAPE`, `INVALID_DTYPE`,
    ///   `OUT_OF_RANGE`, `DUPLICATE_INPUT`, `JSON_LIMIT`, `BINARY_HEADER`, `BINARY_SIZE`
    List<Tensor> read(
            JsonInput in,
            NonFiniteText nonFinite,
            BinarySection binary,
            UnknownParameters unknown) {
        in.requireArray(ErrorCode.MALFORMED_REQUEST, "an array of tensors");
        var tensors = new ArrayList<Tensor>();
        while (in.next() != JsonToken.END_ARRAY) {
            requireRoom(in, tensors.size(), limits);
            var tensor = new TensorReader(limits, nonFinite, binary, unknown).read(in);
            if (isNamed(tensors, tensor.name())) {
                throw duplicate(in.path() + ".name", tensor.name());
            }
            tensors.add(tensor);
        }
        if (tensors.isEmpty()) {
            throw JsonInput.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    in.path(),
                    "at least one tensor",
                    "an empty array");
        }
        return tensors;
    }

    /// Most requests have one or two, which no set finds faster.
    private static boolean isNamed(List<Tensor> tensors, String name) {
        for (var tensor : tensors) {
            if (tensor.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /// @param in stands at an entry, of which `count` came before
    static void requireRoom(JsonInput in, int count, InferenceLimits limits) {
        if (count == limits.maxTensors()) {
            throw JsonInput.wrong(
                    ErrorCode.JSON_LIMIT,
                    in.holderPath(),
                    "at most %d entries".formatted(limits.maxTensors()),
                    "more");
        }
    }

    private static ServingException duplicate(String path, String name) {
        return new ServingException(
                ErrorCode.DUPLICATE_INPUT,
                "%s: input '%s' is given twice".formatted(path, ServingException.clip(name)),
                new ErrorDetail(path, "each input once", ServingException.clip(name)));
    }
}
