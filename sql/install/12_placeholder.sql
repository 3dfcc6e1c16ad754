CREATE DOMAIN dcm.grid_code AS bigint;
CREATE DOMAIN dcm.component_id AS bigint;
CREATE DOMAIN dcm.time_limit AS text;
