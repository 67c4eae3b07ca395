-- Versions that get a copy of the requests, and what was counted of their answers. The same text
-- runs on H2 and on PostgreSQL.

ALTER TABLE deployment_variants ADD COLUMN shadow_json TEXT;
ALTER TABLE deployment_variants ADD CONSTRAINT deployment_variants_shadow_has_policy
    CHECK ((role = 'SHADOW') = (shadow_json IS NOT NULL));

CREATE TABLE shadow_comparisons (
    deployment_name CHARACTER VARYING(128) NOT NULL,
    primary_version INTEGER                NOT NULL,
    shadow_version  INTEGER                NOT NULL,
    state_json      TEXT                   NOT NULL,
    CONSTRAINT shadow_comparisons_key
        PRIMARY KEY (deployment_name, primary_version, shadow_version),
    CONSTRAINT shadow_comparisons_deployment FOREIGN KEY (deployment_name)
        REFERENCES deployments (name) ON DELETE CASCADE
);

CREATE TABLE shadow_minutes (
    deployment_name CHARACTER VARYING(128)      NOT NULL,
    primary_version INTEGER                     NOT NULL,
    shadow_version  INTEGER                     NOT NULL,
    begun_at        TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    compared        BIGINT                      NOT NULL,
    agreed          BIGINT                      NOT NULL,
    failed          BIGINT                      NOT NULL,
    dropped         BIGINT                      NOT NULL,
    primary_p50_ms  DOUBLE PRECISION            NOT NULL,
    primary_p99_ms  DOUBLE PRECISION            NOT NULL,
    shadow_p50_ms   DOUBLE PRECISION            NOT NULL,
    shadow_p99_ms   DOUBLE PRECISION            NOT NULL,
    CONSTRAINT shadow_minutes_key
        PRIMARY KEY (deployment_name, primary_version, shadow_version, begun_at),
    CONSTRAINT shadow_minutes_deployment FOREIGN KEY (deployment_name)
        REFERENCES deployments (name) ON DELETE CASCADE
);
