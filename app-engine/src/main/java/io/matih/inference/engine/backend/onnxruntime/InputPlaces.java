package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where a model has the inputs of these names.
final class InputPlaces {
    private final String[] names;
    private final Map<String, Integer> places;

    InputPlaces(List<TensorSpec> inputs) {
        names = inputs.stream().map(TensorSpec::name).toArray(String[]::new);
        places = HashMap.newHashMap(names.length);
        for (int i = 0; i < names.length; i++) {
            places.put(names[i], i);
        }
    }

    int size() {
        return names.length;
    }

    String name(int place) {
        return names[place];
    }

    /// @param likely place to look at first: most requests are in the model's order
    /// @throws ServingException `UNKNOWN_INPUT`
    int of(String name, int likely) {
        if (likely < names.length && names[likely].equals(name)) {
            return likely;
        }
        var place = places.get(name);
        if (place == null) {
            throw new ServingException(
                    ErrorCode.UNKNOWN_INPUT,
                    "input '%s': the model has no such input"
                            .formatted(ServingException.clip(name)));
        }
        return place;
    }
}
