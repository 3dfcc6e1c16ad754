/*
 * attachments.c
 *	  Photographs and other media of a case: where they lie and what they show.
 *
 * The media themselves are elsewhere; the case keeps their address, digest,
 * time and place.  What the log keeps of them stays in its data, so that the
 * chain covers the digests.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "case/attachments.h"
#include "case/json.h"
#include "case/leaf.h"
#include "errors.h"

/* Reads {uri, sha256, taken_at, lon, lat} or a bare uri; 22023 without a uri. */
static void
read_photo(const JsonbValue *value, char *kind, Photo *photo)
{
	JsonbContainer *object;
	char	   *taken_at;

	memset(photo, 0, sizeof(*photo));
	photo->kind = kind;
	object = value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data) ?
		value->val.binary.data : NULL;
	if (value->type == jbvString)
		photo->uri = pnstrdup(value->val.string.val, value->val.string.len);
	else if (object)
		photo->uri = json_text(object, "uri");
	if (photo->uri == NULL || photo->uri[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an attachment of kind \"%s\" has no uri", kind),
				 errhint("Give a uri, or an object with uri, sha256, taken_at, lon and lat."),
				 errname("dcm.photo")));
	if (object == NULL)
		return;
	photo->sha256 = json_text(object, "sha256");
	photo->has_place = json_number(object, "lon", &photo->lon) &&
		json_number(object, "lat", &photo->lat);
	taken_at = json_text(object, "taken_at");
	photo->has_time = taken_at != NULL;
	if (taken_at)
		photo->taken_at = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in,
																  CStringGetDatum(taken_at),
																  ObjectIdGetDatum(InvalidOid),
																  Int32GetDatum(-1)));
	/* times are compared by subtraction, which infinity has none of */
	if (photo->has_time && TIMESTAMP_NOT_FINITE(photo->taken_at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an attachment of kind \"%s\" must be taken at a finite time", kind),
				 errname("dcm.photo")));
}

/* The photograph under a key of the act's data. */
bool
act_photo(const Act *act, const char *key, Photo *photo)
{
	JsonbValue	value;

	if (!getKeyJsonValueFromContainer(&act->data->root, key, strlen(key), &value) ||
		value.type == jbvNull)
		return false;
	read_photo(&value, pstrdup(key), photo);
	return true;
}

static void
write_photo(Act *act, const Photo *photo)
{
	int			number = DatumGetInt16(ACT_GET(act, attachments)) + 1;
	Datum		values[9] = {Int64GetDatum(act->case_no), Int16GetDatum(number),
		ACT_GET(act, log_no), CStringGetTextDatum(photo->kind), CStringGetTextDatum(photo->uri),
		Float8GetDatum(photo->lon), Float8GetDatum(photo->lat),
	TimestampTzGetDatum(photo->taken_at)};
	bool		nulls[9] = {false, false, false, false, false, !photo->has_place,
	!photo->has_place, !photo->has_time, photo->sha256 == NULL};

	if (photo->sha256)
		values[8] = CStringGetTextDatum(photo->sha256);
	ACT_SET(act, attachments, Int16GetDatum(number));
	leaf_write(LEAF_ATTACH, "attachment", act->case_no, number, 'i', values, nulls, 9);
}

/* Writes the photographs that the act's data carries, a row a key. */
void
act_write_photos(Act *act)
{
	for (int i = 0; i < act->action->nkeys; i++)
	{
		Photo		photo;

		if (strcmp(act->action->keys[i].type, "photo") == 0 &&
			act_photo(act, act->action->keys[i].key, &photo))
			write_photo(act, &photo);
	}
}

/* Writes the attachments of a report: an array of objects, each with a kind. */
void
act_write_attachments(Act *act, Jsonb *attachments)
{
	JsonbIterator *it = JsonbIteratorInit(&attachments->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		Photo		photo;
		char	   *kind = NULL;

		if (token != WJB_ELEM)
			continue;
		if (value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data))
			kind = json_text(value.val.binary.data, "kind");
		read_photo(&value, kind ? kind : "before", &photo);
		write_photo(act, &photo);
	}
}
