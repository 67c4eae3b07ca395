package io.matih.inference.server.persistence;

import io.matih.inference.engine.deployment.DeploymentRecord;
import io.matih.inference.engine.deployment.Variant;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The rows of `deployment_variants`: what each deployment has now.
final class VariantRows {
    private final Json json;

    VariantRows(Json json) {
        this.json = json;
    }

    /// In order.
    Map<String, List<Variant>> byDeployment(Handle handle) {
        var variants = new HashMap<String, List<Variant>>();
        handle.createQuery(
                        """
                        SELECT deployment_name, version, role, weight, backend, config_json,
                               features_json, pinned, shadow_json
                        FROM deployment_variants
                        ORDER BY deployment_name, place
                        """)
                .map((row, _) -> Map.entry(row.getString("deployment_name"), toVariant(row)))
                .forEach(
                        entry ->
                                variants.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                                        .add(entry.getValue()));
        return variants;
    }

    void replace(Handle handle, DeploymentRecord deployment) {
        handle.createUpdate(
                        """
                        DELETE FROM deployment_variants
                        WHERE deployment_name = :name
                        """)
                .bind("name", deployment.name())
                .execute();
        for (int place = 0; place < deployment.variants().size(); place++) {
            insert(handle, deployment.name(), place, deployment.variants().get(place));
        }
    }

    private void insert(Handle handle, String name, int place, Variant variant) {
        handle.createUpdate(
                        """
                        INSERT INTO deployment_variants (
                            deployment_name, version, place, role, weight, backend,
                            config_json, features_json, pinned, shadow_json)
                        VALUES (
                            :name, :version, :place, :role, :weight, :backend,
                            :config, :features, :pinned, :shadow)
                        """)
                .bind("name", name)
                .bind("version", variant.version())
                .bind("place", place)
                .bind("role", variant.role().name())
                .bind("weight", variant.weight())
                .bind("backend", variant.backend())
                .bind("config", json.write(variant.config()))
                .bind("features", json.write(variant.features()))
                .bind("pinned", variant.pinned())
                .bind("shadow", variant.shadow() == null ? null : json.write(variant.shadow()))
                .execute();
    }

    private Variant toVariant(ResultSet row) throws SQLException {
        return new Variant(
                row.getInt("version"),
                Variant.Role.valueOf(row.getString("role")),
                row.getInt("weight"),
                row.getString("backend"),
                json.config(row.getString("config_json")),
                json.features(row.getString("features_json")),
                row.getBoolean("pinned"),
                json.shadow(row.getString("shadow_json")));
    }
}
