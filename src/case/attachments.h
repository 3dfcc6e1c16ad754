/*
 * attachments.h
 *	  Photographs and other media of a case.
 */
#ifndef DCM_ATTACHMENTS_H
#define DCM_ATTACHMENTS_H

#include "postgres.h"

#include "case/act_context.h"

typedef struct Photo
{
	char	   *kind;
	char	   *uri;
	char	   *sha256;
	bool		has_place;
	double		lon;
	double		lat;
	bool		has_time;
	TimestampTz taken_at;
} Photo;

extern bool act_photo(const Act *act, const char *key, Photo *photo);
extern void act_write_photos(Act *act);
extern void act_write_attachments(Act *act, Jsonb *attachments);

#endif							/* DCM_ATTACHMENTS_H */
