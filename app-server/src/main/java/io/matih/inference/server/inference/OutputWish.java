package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;

/// An entry of `outputs`.
///
/// @param binary whether it goes out in binary; absent: as the request says of all
record OutputWish(RequestedOutput output, @Nullable Boolean binary) {
    static BinaryOutputs binary(List<OutputWish> wishes, boolean all) {
        var byName = new HashMap<String, Boolean>();
        for (var wish : wishes) {
            if (wish.binary != null) {
                byName.put(wish.output.name(), wish.binary);
            }
        }
        return byName.isEmpty() && !all ? BinaryOutputs.NONE : new BinaryOutputs(all, byName);
    }
}
