CREATE DOMAIN dcm.area_code AS bigint; -- to be replaced by the real type
