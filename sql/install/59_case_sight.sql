-- What the acting person may see.  The policies of the case tables (the city's
-- own, see dcm.sees_all) ask these functions once a query.

CREATE FUNCTION dcm.sees_all() RETURNS boolean
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_sees_all';
COMMENT ON FUNCTION dcm.sees_all() IS
	'Whether the caller sees every case: as a member of any database role of dcm but dcm_app; by a post of the acting person whose role sees all, or at a centre, a government or a committee of the city''s level; or anybody, where setting row_security is false. 当前是否可见全部案卷。';

CREATE FUNCTION dcm.sees_freely() RETURNS boolean
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_sees_freely';
COMMENT ON FUNCTION dcm.sees_freely() IS
	'Whether the caller sees all that grants allow, whoever acts: as a member of any database role of dcm but dcm_app, or anybody where setting row_security is false. 当前是否不受岗位可见范围限制。';

CREATE FUNCTION dcm.my_person() RETURNS int
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_person';
COMMENT ON FUNCTION dcm.my_person() IS
	'The id of the person who acts, NULL where that is nobody or one who is not valid now. 当前操作人的编号。';

CREATE FUNCTION dcm.my_roles() RETURNS text[]
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_roles';
COMMENT ON FUNCTION dcm.my_roles() IS
	'The roles of the posts that the acting person holds now, or of the one chosen at dcm.become; empty where nobody acts. 当前操作人的角色。';

CREATE FUNCTION dcm.my_orgs() RETURNS int[]
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_orgs';
COMMENT ON FUNCTION dcm.my_orgs() IS
	'Ids of the bodies whose cases the acting person sees: those of the posts held now and all below them; of a centre, government or committee below the city''s level also the bodies of its level and below that lie in its area. Empty for whoever sees all by a post. 当前操作人可见其案卷的机构。';

CREATE FUNCTION dcm.my_areas() RETURNS dcm.area_code[]
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_areas';
COMMENT ON FUNCTION dcm.my_areas() IS
	'The areas whose cases the acting person sees: those of posts of a role that sees an area, and those of centres, governments and committees below the city''s level. 当前操作人可见案卷的区域。';

CREATE FUNCTION dcm.my_duty_areas() RETURNS int[]
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_duty_areas';
COMMENT ON FUNCTION dcm.my_duty_areas() IS
	'Ids of the duty areas of the acting person''s posts of a role that sees an area. 当前操作人的责任网格。';

CREATE FUNCTION dcm.among_support(internal) RETURNS internal LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_among_support';
COMMENT ON FUNCTION dcm.among_support(internal) IS 'Planner support of dcm.among: an index and an estimate by = ANY. 规划器支持函数。';

CREATE FUNCTION dcm.among(case_no bigint, sorted bigint[]) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT dcm.among_support
	AS 'MODULE_PATHNAME', 'dcm_among';
COMMENT ON FUNCTION dcm.among(bigint, bigint[]) IS
	'Whether a number is in a list of numbers in rising order without NULLs, looked up by halves, or by an index on the number; NULL for no list, 22004 for one with NULLs. 编号是否在有序列表中(二分查找)。';

CREATE FUNCTION dcm.my_first_grid() RETURNS dcm.grid_code
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_first_grid';
COMMENT ON FUNCTION dcm.my_first_grid() IS
	'Before all unit grids in dcm.my_areas(), so that an index finds them; NULL for no area. 可见区域网格代码下界。';

CREATE FUNCTION dcm.my_last_grid() RETURNS dcm.grid_code
	LANGUAGE C STABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_my_last_grid';
COMMENT ON FUNCTION dcm.my_last_grid() IS
	'After all unit grids in dcm.my_areas(); NULL for no area. 可见区域网格代码上界。';

CREATE FUNCTION dcm.require_sight() RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF row_security_active('dcm.case_log'::regclass) AND NOT dcm.sees_all() THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = 'the record is proved by whoever sees all of it',
			DETAIL = 'What you do not see would be told as gone.',
			HINT = 'Use a login in dcm_audit, or a post that sees every case; dcm.verify_case() proves a case that you see.',
			CONSTRAINT = 'dcm.not_all';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.require_sight() IS
	'Nothing for whoever sees every case, 42501 dcm.not_all for others. 不可见全部案卷者报错。';
