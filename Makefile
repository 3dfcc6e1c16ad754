# dcm: build with PGXS.  The version stands in dcm.control and nowhere else.
EXTENSION  = dcm
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" dcm.control)

MODULE_big = dcm
OBJS       = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
C_HEADERS = $(wildcard src/*.h src/*/*.h)

INSTALL_SQL = $(sort $(wildcard sql/install/*.sql))
CITY_SQL    = $(sort $(wildcard sql/city/*.sql))
PRESET_SQL  = $(sort $(wildcard sql/presets/*.sql))
STEPS       = $(sort $(wildcard sql/step/*.sql))
CITY_STEPS  = $(sort $(wildcard sql/city/step/*.sql))

DATA       = $(filter-out $(DATA_built),$(wildcard sql/dcm--*--*.sql))
DATA_built = sql/dcm--$(EXTVERSION).sql sql/dcm_roles.sql $(STEPS:sql/step/%=sql/dcm--%)

PG_CPPFLAGS = -Isrc -DDCM_VERSION='"$(EXTVERSION)"'
PG_CFLAGS   = -Wall -Wextra -Wno-unused-parameter $(DCM_CFLAGS)
SHLIB_LINK  = -lgeos_c

REGRESS      = --schedule=test/schedule
REGRESS_OPTS = --inputdir=test --encoding=UTF8 --no-locale
ISOLATION    = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --encoding=UTF8 --no-locale

EXTRA_CLEAN = $(DATA_built)

# The private-cluster targets work where nothing is installed yet, not even
# pg_config, so PGXS is read only when a target needs it.
OWN_TARGETS = demo check bench check-matrix check-faults check-load check-tools fuzz
ifneq ($(filter $(OWN_TARGETS),$(MAKECMDGOALS)),)

$(OWN_TARGETS):
	@bash test/bin/$@

.PHONY: $(OWN_TARGETS)

else

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS): $(C_HEADERS) dcm.control

sql/dcm--$(EXTVERSION).sql: $(INSTALL_SQL) $(CITY_SQL) $(CITY_STEPS) $(PRESET_SQL) sql/assemble dcm.control
	sh sql/assemble > $@.tmp && mv $@.tmp $@

# an upgrade step of a release that is open; see sql/assemble
$(STEPS:sql/step/%=sql/dcm--%): sql/dcm--%: sql/step/% $(INSTALL_SQL) $(CITY_SQL) $(CITY_STEPS) $(PRESET_SQL) sql/assemble
	sh sql/assemble step $< > $@.tmp && mv $@.tmp $@

sql/dcm_roles.sql: sql/install/90_city.sql sql/assemble
	sh sql/assemble roles > $@.tmp && mv $@.tmp $@

endif
