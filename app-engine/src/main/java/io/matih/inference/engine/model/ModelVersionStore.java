package io.matih.inference.engine.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Remembers registered versions and their labels. Versions are added by the deploy's own
/// transaction (`DeploymentStore.deployed`).
public interface ModelVersionStore {
    /// All versions, by name, then version ascending.
    List<ModelVersion> versions();

    /// Versions of one model, ascending; empty where the name is unknown.
    List<ModelVersion> versions(String name);

    Optional<ModelVersion> find(String name, int version);

    /// Forgets a version and the labels that point at it; nothing happens where it is unknown.
    void delete(String name, int version);

    /// Version by label.
    Map<String, Integer> labels(String name);

    /// Points a label at a version, from another one where it pointed there.
    void label(String name, String label, int version);

    void unlabel(String name, String label);
}
