/*
 * A web host in the manner of FrankenPHP: PHP as a library in a process with several threads. A script serves many requests in
 * a loop. Between two requests only ext/session is shut down and started again, as in FrankenPHP. A script that dies is
 * started again.
 *
 *     embedded INI THREADS REQUESTS STARTS SCRIPT
 *
 * Each thread serves REQUESTS requests. PHP is started and shut down STARTS times in the process. A script has:
 *
 *     while (handle_request(function (int $thread, int $number) { ... }));
 */
#include <pthread.h>
#include <stdlib.h>

#include <main/php.h>
#include <main/SAPI.h>
#include <main/php_main.h>
#include <main/php_output.h>
#include <Zend/zend_exceptions.h>
#include <sapi/embed/php_embed.h>

struct worker {
    pthread_t thread;
    int number;
    int served;
};

static __thread struct worker *self;
static int requests;
static const char *script;

static zend_module_entry *session(void)
{
    return zend_hash_str_find_ptr(&module_registry, "session", strlen("session"));
}

static void begin_request(void)
{
    zend_try {
        php_output_activate();
        PG(header_is_being_sent) = 0;
        PG(connection_status) = PHP_CONNECTION_NORMAL;
        sapi_activate();
        session()->request_startup_func(session()->type, session()->module_number);
    } zend_end_try();
}

static void end_request(void)
{
    zend_try { php_output_end_all(); } zend_end_try();
    session()->request_shutdown_func(session()->type, session()->module_number);
    zend_try { php_output_deactivate(); } zend_end_try();
    zend_try { sapi_deactivate(); } zend_end_try();
}

PHP_FUNCTION(handle_request)
{
    zend_fcall_info call;
    zend_fcall_info_cache cache;
    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_FUNC(call, cache)
    ZEND_PARSE_PARAMETERS_END();

    if (self->served == requests) {
        RETURN_FALSE;
    }
    /* Outside handle_request() the script runs in a request without a client. */
    end_request();
    begin_request();

    zval result, arguments[2];
    ZVAL_LONG(&arguments[0], self->number);
    ZVAL_LONG(&arguments[1], ++self->served);
    call.retval = &result;
    call.params = arguments;
    call.param_count = 2;
    if (zend_call_function(&call, &cache) == SUCCESS) {
        zval_ptr_dtor(&result);
    }
    if (EG(exception)) {
        if (zend_is_unwind_exit(EG(exception))) {
            zend_bailout();
        }
        zend_exception_error(EG(exception), E_ERROR);
    }
    end_request();
    begin_request();
    RETURN_TRUE;
}

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(handle_request_arguments, 0, 1, _IS_BOOL, 0)
    ZEND_ARG_TYPE_INFO(0, callback, IS_CALLABLE, 0)
ZEND_END_ARG_INFO()

static const zend_function_entry functions[] = {
    ZEND_FE(handle_request, handle_request_arguments)
    ZEND_FE_END
};

static void *serve(void *worker)
{
    self = worker;
#ifdef ZTS
    ts_resource(0);
#endif
    while (self->served < requests) {
        zend_file_handle file;
        zend_stream_init_filename(&file, script);
        if (php_request_startup() == FAILURE) {
            abort();
        }
        php_execute_script(&file);
        zend_destroy_file_handle(&file);
        php_request_shutdown(NULL);
    }
#ifdef ZTS
    ts_free_thread();
#endif
    return NULL;
}

int main(int count, char **arguments)
{
    if (count != 6) {
        return 2;
    }
    int threads = atoi(arguments[2]), starts = atoi(arguments[4]);
    requests = atoi(arguments[3]);
    script = arguments[5];
    struct worker workers[threads];

    while (starts-- > 0) {
#ifdef ZTS
        php_tsrm_startup();
#endif
        zend_signal_startup();
        sapi_startup(&php_embed_module);
        php_embed_module.php_ini_path_override = arguments[1];
        php_embed_module.additional_functions = functions;
        if (php_embed_module.startup(&php_embed_module) == FAILURE) {
            return 1;
        }
#ifndef ZTS
        /* Without ZTS the main thread serves. */
        workers[0] = (struct worker){.number = 0};
        serve(&workers[0]);
#else
        for (int i = 0; i < threads; i++) {
            workers[i] = (struct worker){.number = i};
            pthread_create(&workers[i].thread, NULL, serve, &workers[i]);
        }
        for (int i = 0; i < threads; i++) {
            pthread_join(workers[i].thread, NULL);
        }
#endif
        php_module_shutdown();
        sapi_shutdown();
#ifdef ZTS
        tsrm_shutdown();
#endif
    }
    return 0;
}
