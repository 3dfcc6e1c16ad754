-- Indicators: what is computed from a tally.  Which there are is the city's, in
-- dcm.indicator; here is the arithmetic.

CREATE FUNCTION dcm.check_terms(terms text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_check_terms';
COMMENT ON FUNCTION dcm.check_terms(text) IS
	'True for a sum or difference of fields of a tally, each * or / a number, such as close_due - suspended_open; 22023 that tells what is wrong for anything else. 检查计数项的加减式。';

CREATE FUNCTION dcm.sum_of(tally dcm.tally, terms text) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'dcm_sum_of';
COMMENT ON FUNCTION dcm.sum_of(dcm.tally, text) IS
	'What a sum or difference of fields comes to for a tally, such as dcm.sum_of(tally, ''handling_seconds / 3600''). 22023 for what is no such sum. 按加减式计算计数值。';

CREATE FUNCTION dcm.indicator_value(numerator numeric, denominator numeric, unit text, decimals int) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
RETURN CASE WHEN denominator > 0 THEN
	round(CASE unit WHEN 'percent' THEN 100 ELSE 1 END * numerator / denominator, decimals) END;
COMMENT ON FUNCTION dcm.indicator_value(numeric, numeric, text, int) IS
	'A numerator over its denominator, as percent where that is the unit, rounded half up; NULL where the denominator is not above zero. 指标值,四舍五入,分母不大于零时为空。';
