-- A deployment may have several versions at once, each with its share of the requests, and every
-- revision keeps all that a return to it takes. The same text runs on H2 and on PostgreSQL.

CREATE TABLE deployment_variants (
    deployment_name CHARACTER VARYING(128) NOT NULL,
    version         INTEGER                NOT NULL,
    place           INTEGER                NOT NULL,
    role            CHARACTER VARYING(16)  NOT NULL,
    weight          INTEGER                NOT NULL,
    backend         CHARACTER VARYING(64)  NOT NULL,
    config_json     TEXT                   NOT NULL,
    features_json   TEXT                   NOT NULL,
    pinned          BOOLEAN                NOT NULL,
    CONSTRAINT deployment_variants_key PRIMARY KEY (deployment_name, version),
    CONSTRAINT deployment_variants_place UNIQUE (deployment_name, place),
    CONSTRAINT deployment_variants_stable_first CHECK ((role = 'STABLE') = (place = 0)),
    CONSTRAINT deployment_variants_weight_is_percent CHECK (weight BETWEEN 0 AND 100),
    CONSTRAINT deployment_variants_deployment FOREIGN KEY (deployment_name)
        REFERENCES deployments (name) ON DELETE CASCADE,
    CONSTRAINT deployment_variants_version FOREIGN KEY (deployment_name, version)
        REFERENCES model_versions (model_name, version)
);

INSERT INTO deployment_variants (
    deployment_name, version, place, role, weight, backend, config_json, features_json, pinned)
SELECT name, version, 0, 'STABLE', 100, backend, config_json, features_json, pinned
FROM deployments;

ALTER TABLE deployments DROP CONSTRAINT deployments_version;
ALTER TABLE deployments DROP COLUMN version;
ALTER TABLE deployments DROP COLUMN backend;
ALTER TABLE deployments DROP COLUMN config_json;
ALTER TABLE deployments DROP COLUMN features_json;
ALTER TABLE deployments DROP COLUMN pinned;

-- Empty for revisions from before this script, and for those after which nothing is deployed.
ALTER TABLE deployment_revisions ADD COLUMN variants_json TEXT DEFAULT '[]' NOT NULL;
ALTER TABLE deployment_revisions ADD COLUMN reason TEXT;
ALTER TABLE deployment_revisions DROP CONSTRAINT deployment_revisions_action;
ALTER TABLE deployment_revisions ADD CONSTRAINT deployment_revisions_action CHECK (
    (action IN ('DEPLOY', 'TRAFFIC', 'PROMOTE', 'ROLLBACK', 'WITHDRAW')
        AND version IS NOT NULL AND digest IS NOT NULL)
    OR (action = 'UNDEPLOY' AND version IS NULL AND digest IS NULL));
