CREATE DOMAIN dcm.time_limit AS text;
