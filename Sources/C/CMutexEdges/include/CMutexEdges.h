#pragma once

// Nothing to call: see edges.c.
