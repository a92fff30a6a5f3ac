//! What PHP's programs are set to, as the administrator says: this machine's command line does not tell.

use clap::Args;

#[derive(Args)]
#[group(skip)]
pub struct Limits {
    /// How many PHP workers there are: the sum of pm.max_children over all pools and web hosts. 0: not compared
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub workers: u64,

    /// max_execution_time of the web requests, in seconds. 0: none, or not compared
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub max_execution_time: u64,

    /// request_terminate_timeout of PHP-FPM, or the web server's own time limit, in seconds. 0: none, or not compared
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub request_terminate_timeout: u64,
}
