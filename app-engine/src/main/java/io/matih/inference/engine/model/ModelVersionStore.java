package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ServingException;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Remembers registered versions and their labels. Versions are added by the deploy's own
/// transaction (`DeploymentStore.deployed`). Any method throws `STORAGE_FAILED` where the store
/// cannot be read or written.
public interface ModelVersionStore {
    /// All versions, by name, then version ascending.
    List<ModelVersion> versions();

    /// Versions of one model, ascending; empty where the name is unknown.
    List<ModelVersion> versions(String name);

    Optional<ModelVersion> find(String name, int version);

    /// Forgets a version and the labels that point at it; nothing happens where it is unknown.
    ///
    /// @throws ServingException `IN_USE` where a deployment serves it
    void delete(String name, int version);

    /// Version by label.
    Map<String, Integer> labels(String name);

    /// Points a label at a version, from another one where it pointed there.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND` where the version is unknown
    void label(String name, String label, int version);

    /// Nothing happens where the label is unknown.
    void unlabel(String name, String label);
}
