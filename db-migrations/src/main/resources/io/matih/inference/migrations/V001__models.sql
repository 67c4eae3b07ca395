-- Models, their versions, and what is deployed. The same text runs on H2 and on PostgreSQL.
-- Every look-up goes by a primary key or its first column, so there are no other indexes.

CREATE TABLE model_versions (
    model_name    CHARACTER VARYING(128)      NOT NULL,
    version       INTEGER                     NOT NULL,
    digest        CHARACTER VARYING(64)       NOT NULL,
    size_bytes    BIGINT                      NOT NULL,
    source_uri    TEXT                        NOT NULL,
    metadata_json TEXT                        NOT NULL,
    registered_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    CONSTRAINT model_versions_key PRIMARY KEY (model_name, version),
    CONSTRAINT model_versions_version_positive CHECK (version > 0),
    CONSTRAINT model_versions_size_not_negative CHECK (size_bytes >= 0)
);

CREATE TABLE model_labels (
    model_name CHARACTER VARYING(128) NOT NULL,
    label      CHARACTER VARYING(128) NOT NULL,
    version    INTEGER                NOT NULL,
    CONSTRAINT model_labels_key PRIMARY KEY (model_name, label),
    CONSTRAINT model_labels_version FOREIGN KEY (model_name, version)
        REFERENCES model_versions (model_name, version) ON DELETE CASCADE
);

-- What the examination of an artifact by a runtime came to: metadata if it can be served, else
-- the refusal.
CREATE TABLE artifact_verdicts (
    digest               CHARACTER VARYING(64)  NOT NULL,
    runtime              CHARACTER VARYING(128) NOT NULL,
    metadata_json        TEXT,
    refusal_code         CHARACTER VARYING(64),
    refusal_message      TEXT,
    refusal_details_json TEXT,
    CONSTRAINT artifact_verdicts_key PRIMARY KEY (digest, runtime),
    CONSTRAINT artifact_verdicts_one_outcome CHECK (
        (metadata_json IS NOT NULL AND refusal_code IS NULL
            AND refusal_message IS NULL AND refusal_details_json IS NULL)
        OR (metadata_json IS NULL AND refusal_code IS NOT NULL
            AND refusal_message IS NOT NULL AND refusal_details_json IS NOT NULL))
);

-- Every change of a deployment, kept after it is gone: numbers are never used twice.
CREATE TABLE deployment_revisions (
    deployment_name CHARACTER VARYING(128)      NOT NULL,
    revision        BIGINT                      NOT NULL,
    action          CHARACTER VARYING(16)       NOT NULL,
    version         INTEGER,
    digest          CHARACTER VARYING(64),
    actor           CHARACTER VARYING(256)      NOT NULL,
    changed_at      TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    CONSTRAINT deployment_revisions_key PRIMARY KEY (deployment_name, revision),
    CONSTRAINT deployment_revisions_revision_positive CHECK (revision > 0),
    CONSTRAINT deployment_revisions_action CHECK (
        (action = 'DEPLOY' AND version IS NOT NULL AND digest IS NOT NULL)
        OR (action = 'UNDEPLOY' AND version IS NULL AND digest IS NULL))
);

CREATE TABLE deployments (
    name          CHARACTER VARYING(128)      NOT NULL,
    version       INTEGER                     NOT NULL,
    backend       CHARACTER VARYING(64)       NOT NULL,
    config_json   TEXT                        NOT NULL,
    features_json TEXT                        NOT NULL,
    pinned        BOOLEAN                     NOT NULL,
    revision      BIGINT                      NOT NULL,
    updated_at    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    CONSTRAINT deployments_key PRIMARY KEY (name),
    CONSTRAINT deployments_version FOREIGN KEY (name, version)
        REFERENCES model_versions (model_name, version),
    CONSTRAINT deployments_revision FOREIGN KEY (name, revision)
        REFERENCES deployment_revisions (deployment_name, revision)
);
