package io.matih.inference.server.doctor;

import java.util.List;

/// The model that clauses are asked with, as its server describes it.
///
/// @param version one that it names itself
/// @param outputs names
record SampleModel(String name, String version, List<SampleTensor> inputs, List<String> outputs) {
    boolean hasJson() {
        return inputs.stream().allMatch(SampleTensor::hasJson);
    }

    void requireJson() {
        if (!hasJson()) {
            throw new NotOfferedException(
                    "the model has an input of half precision, which has no form in JSON");
        }
    }
}
