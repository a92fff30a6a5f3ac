//! The known properties of a connection's server.
//!
//! A part of `link`. `first_packet` and `answer` note what an answer has shown. `known_servers` remembers it for later requests.

use super::known_servers;
use super::version::Instance;
use crate::db::host::Host;
use crate::db::server::{Quirks, Server};

pub struct Facts {
    at: Host,
    /// As the server answered in this request, or in an earlier one a short while ago.
    server: Option<Server>,
    quirks: Quirks,
    is_node: bool,
    instance: Instance,
}

impl Facts {
    pub fn unasked(at: &Host) -> Self {
        let known = known_servers::recall(at);
        Self {
            at: at.clone(),
            server: None,
            quirks: Quirks::default(),
            is_node: known.is_some_and(|(server, _)| server.clustered),
            instance: Instance::UNKNOWN,
        }
    }

    pub fn server(&self) -> Option<Server> {
        self.server
    }

    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// A node of a cluster, as far as is known.
    pub fn is_node(&self) -> bool {
        self.is_node
    }

    /// Known once a row was read.
    pub fn instance(&self) -> Instance {
        self.instance
    }

    pub fn recall_quirks(&mut self) {
        self.quirks = known_servers::quirks(&self.at);
    }

    /// What this process knows of the server. If that is too old, [`Self::server`] stays `None`, and the server is asked again.
    pub fn recall_server(&mut self) -> Option<Server> {
        let known = known_servers::recall(&self.at);
        self.server = known.filter(|(_, fresh)| *fresh).map(|(server, _)| server);
        let (server, _) = known?;
        self.is_node = server.clustered;
        Some(server)
    }

    /// The server was asked for all of this.
    pub fn learn_server(&mut self, server: Server) {
        known_servers::remember(&self.at, server);
        self.learn_part(server);
    }

    /// The server was not asked whether it is a node, so this is not remembered.
    pub fn learn_part(&mut self, server: Server) {
        self.server = Some(server);
        self.is_node = server.clustered;
    }

    pub fn learn_quirks(&mut self, quirks: Quirks) {
        known_servers::remember_quirks(&self.at, quirks);
        self.quirks = quirks;
    }

    pub fn learn_node(&mut self) {
        if let Some(server) = self.server {
            self.learn_server(Server {
                clustered: true,
                ..server
            });
        }
        self.is_node = true;
    }

    pub fn learn_packet_limit(&mut self, bytes: usize) {
        if let Some(server) = &mut self.server {
            server.max_allowed_packet = bytes;
        }
    }

    pub fn learn_instance(&mut self, instance: Instance) {
        self.instance = instance;
    }
}
