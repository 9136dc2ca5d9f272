#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo take any type after the option and are macros besides; here is one function
// for each type that is used.

typedef size_t (*portico_curl_reader)(char *buffer, size_t size, size_t count, void *context);
typedef int (*portico_curl_observer)(CURL *handle, curl_infotype kind, char *bytes, size_t count, void *context);
typedef int (*portico_curl_watcher)(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d);

static inline CURLcode portico_curl_number(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode portico_curl_text(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode portico_curl_pointer(CURL *handle, CURLoption option, void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode portico_curl_read(CURL *handle, portico_curl_reader reader) {
    return (curl_easy_setopt)(handle, CURLOPT_READFUNCTION, reader);
}

static inline CURLcode portico_curl_observe(CURL *handle, portico_curl_observer observer) {
    return (curl_easy_setopt)(handle, CURLOPT_DEBUGFUNCTION, observer);
}

static inline CURLcode portico_curl_watch(CURL *handle, portico_curl_watcher watcher) {
    return (curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, watcher);
}

static inline CURLcode portico_curl_recipients(CURL *handle, struct curl_slist *recipients) {
    return (curl_easy_setopt)(handle, CURLOPT_MAIL_RCPT, recipients);
}
