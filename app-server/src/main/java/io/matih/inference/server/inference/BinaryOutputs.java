package io.matih.inference.server.inference;

import java.util.Map;

/// Which outputs of an answer go out in binary.
///
/// @param all what the request says of all of them
/// @param byName what it says of single ones, which wins
public record BinaryOutputs(boolean all, Map<String, Boolean> byName) {
    static final BinaryOutputs NONE = new BinaryOutputs(false, Map.of());
    static final BinaryOutputs ALL = new BinaryOutputs(true, Map.of());

    public BinaryOutputs {
        byName = Map.copyOf(byName);
    }

    boolean contains(String output) {
        return byName.getOrDefault(output, all);
    }
}
