CREATE DOMAIN dcm.grid_code AS bigint;
CREATE DOMAIN dcm.component_id AS bigint;
